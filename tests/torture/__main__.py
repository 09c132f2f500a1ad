"""``python -m tests.torture``, which is what ``./headwater torture`` runs."""

import json
import signal
import sys

from tests.torture import report
from tests.torture.measure import results
from tests.torture.measure.run import run
from tests.torture.network.choice import LinksImpossible
from tests.torture.options import measure_of, parse
from tests.torture.run import torture


def main() -> int:
    options, how = parse(sys.argv[1:])
    # Whoever ends this ends it as Ctrl-C does: what was started is put away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"seed {options.seed}", file=sys.stderr, flush=True)
    if how.measure is not None:
        measured = results.document(how.measure, options.brokers, run(measure_of(options, how)))
        results.append(measured)
        print(json.dumps(measured, indent=2))
        return 0
    outcome = torture(options)
    told = report.document(options, outcome)
    if how.ledger:
        report.append_to_ledger(told)
    print(json.dumps(told, indent=2) if how.json else report.text(told, outcome))
    return 0 if told["verdict"] == "good" else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LinksImpossible as why:
        sys.exit(str(why))
    except KeyboardInterrupt:
        sys.exit(130)
