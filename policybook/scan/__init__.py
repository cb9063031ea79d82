"""The scanner of numerals in Chinese official prose. floor: scan.

Grammar and classes follow GB/T 15835-2011 (numerals in publications) where it speaks of them.
"""

from policybook.scan.hit import KINDS, Hit, moved
from policybook.scan.scanner import scan
from policybook.scan.sentence import sentence

__all__ = ["KINDS", "Hit", "moved", "scan", "sentence"]
