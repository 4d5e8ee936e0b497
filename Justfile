# Everyday commands; `just` lists them. CI runs .ci/run.

python := ".venv/bin/python"

# Set up a virtual environment for working on Dateline
setup:
    python3 -m venv .venv
    .venv/bin/pip install -q -e '.[dev,parquet]'

# The fast tests, or those given: just test tests/test_merge.py
test *args:
    {{python}} -m pytest {{args}}

# Lint, format, types and import contracts
check:
    {{python}} -m ruff check .
    {{python}} -m ruff format --check .
    {{python}} -m mypy
    .venv/bin/lint-imports

# The quality gate on the development reports, with its errors: just gate --errors 200
gate *args:
    {{python}} evals/gate.py {{args}}

# Role fillers and templates of MUC-4's development reports
muc *args:
    {{python}} evals/muc.py {{args}}

# Score annotated reports, with N mistakes of each kind
evaluate file errors="0":
    .venv/bin/dateline evaluate {{file}} --errors {{errors}}

# Events gained, lost and changed between two files of records
diff before after:
    {{python}} evals/diff.py {{before}} {{after}}

# Speed, memory and start-up on this machine
bench:
    {{python}} benchmarks/speed.py
    {{python}} benchmarks/startup.py

# Train the reader anew and put its weights into the package (hours)
train shared="../shared":
    {{python}} -m pip install -q -e '.[train]'
    bash training/run.sh {{shared}} src/dateline/claims/weights

# What a submission must pass
ci:
    bash .ci/run
