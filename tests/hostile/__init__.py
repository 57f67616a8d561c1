"""Foreign code at every moment of every operation: a matrix of cells, each in a process.

A cell is an operation (``ops_*.py``), a moment in its middle at which foreign code runs
(``things.py``), what that code does (``actions.py``), a kind of map and a state that it is
in (``worlds.py``), and the thread that does it.  ``cells.py`` lists them and tries one,
``checks.py`` says what must hold afterwards, ``runner.py`` forks a process for each:

    python tests/hostile              the whole matrix
    python tests/hostile --sample 50  every fiftieth cell
    python tests/hostile --only 'setitem.*eq.*clear' -v
"""
