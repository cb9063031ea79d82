"""``audit.xlsx`` (审计底稿): every fact as live formulas over copies of the ledgers. floor: audit.

``filters`` and ``formulas`` turn the published queries into formulas, ``chapters``, ``copies`` and
``cover`` lay them out, ``workbook`` puts the sheets together and on disk, ``compare`` checks them.
"""
