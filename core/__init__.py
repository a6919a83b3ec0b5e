"""What every input is made of, below all apps but ``encryption``: strict fields, queries, paging, the clock."""
