"""lab.py - log metrics from a job, and ask it who it is; one file, standard library only.

    import lab

    lab.log_metric("loss", 0.5, step=100)
    lab.log_metrics({"loss": 0.5, "accuracy": 0.9}, step=100)
    lab.log_artifact("plots/confusion.png", role="plot", epoch=3)
    lr = lab.params().get("lr", 1e-3)
    out = lab.output("checkpoint", default="out")
    if lab.cancelled():
        ...  # save, and leave

It is on PYTHONPATH of every job, and nowhere else: a script that also runs by hand begins with

    try:
        import lab
    except ImportError:
        lab = None

or has a copy of this file beside it: outside a job all of it does nothing and answers with the
default. It never raises because a file cannot be read or written, nor because a value is not a
number: it says so once on stderr, and the job goes on. Threads and forked processes may log at
will. Works with Python 3.6 and later.
"""
import json
import os
import re
import signal
import sys
import threading
from datetime import datetime, timezone


def log_metric(name, value, step=None, **extra):
    """Appends one metric; value and step may be scalars of numpy, torch and their like."""
    _append("metrics", _metrics({name: value}, step, extra))


def log_metrics(metrics, step=None, **extra):
    """Appends every metric of a dict, all at one step, with a single write."""
    _append("metrics", _metrics(metrics, step, extra))


def log_artifact(path, role=None, **metadata):
    """Notes a file or directory that the job made, and what else is to be known of it."""
    _append("artifacts", _artifacts(path, role, metadata))


def in_job():
    """True inside a job."""
    return bool(os.environ.get("LAB_RUN_ID"))


def params():
    """The recipe's [params], a dict."""
    return _described("params") or {}


def args():
    """The recipe's [args], a dict."""
    return _described("args") or {}


def seed(default=0):
    """The run's seed, an integer."""
    try:
        return int(os.environ.get("LAB_SEED") or _described("seed"))
    except (TypeError, ValueError):
        return default


def input(role, default=None):
    """The path of an input."""
    return os.environ.get("LAB_INPUT_" + _variable(role)) or default


def output(role, default=None):
    """The path of an output."""
    return os.environ.get("LAB_OUTPUT_" + _variable(role)) or default


def resume_from():
    """The checkpoint that this attempt continues from, or None."""
    return os.environ.get("LAB_RESUME_FROM") or None


def cancelled():
    """True once the job was told to end (SIGTERM) or warned that it will be (SIGUSR1).

    The process that asks, from its main thread, is from then on no longer ended by these
    signals at once: ask again often. A handler that was set before is still called.
    """
    if in_job() and _listener != os.getpid():
        if threading.current_thread() is threading.main_thread():
            _listen()
    return _told


# Records. Each is built lazily, inside _append, so that outside a job it costs nothing.


def _metrics(metrics, step, extra):
    for name, value in dict(metrics).items():
        number = _number(value)
        if number is None:
            _warn(name, "metric %r is not a number: %.60r" % (name, value))
            continue
        record = {"name": str(name), "value": number}
        at_step = _number(step)
        if isinstance(at_step, (int, float)):
            record["step"] = at_step
        record["at"] = _now()
        for key, more in extra.items():
            if more is not None:
                record.setdefault(key, _plain(more))
        yield record


def _artifacts(path, role, metadata):
    record = {"type": "artifact", "v": 1, "path": os.path.abspath(os.fsdecode(path))}
    if role is not None:
        record["role"] = str(role)
    record["at"] = _now()
    if metadata:
        record["metadata"] = _plain(metadata)
    yield record


def _now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(value):
    """A number as JSON has it, the words for what JSON lacks, or None."""
    try:
        value = value.item() if hasattr(value, "item") else value
        return _finite(int(value) if isinstance(value, int) else float(value))
    except Exception:  # whatever a foreign scalar may raise
        return None


def _finite(number):
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def _plain(value):
    """A value as JSON has it; what is foreign becomes a list, a scalar or its text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return _finite(float(value))
    if isinstance(value, dict):
        return {str(key): _plain(more) for key, more in value.items() if more is not None}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(more) for more in value]
    listed = value.tolist() if hasattr(value, "tolist") else str(value)
    return _plain(listed) if isinstance(listed, (bool, int, float, list)) else str(value)


# Files. One for each process, so that no two ever write to the same; $LAB_METRICS tells where.

_HOST = re.sub("[^A-Za-z0-9_-]", "-", os.uname().nodename.split(".")[0]) if hasattr(os, "uname") else "host"
_open_files = {}
_torn = set()
_locks = {}  # by process: one that was held during a fork would stay locked in the child


def _append(kind, records):
    """Appends the records as lines, whole, with one write."""
    given = os.environ.get("LAB_METRICS")
    if not given:
        return
    try:
        text = "".join(json.dumps(record, allow_nan=False) + "\n" for record in records)
        name = "%s-%s-%d.ndjson" % (kind, _HOST, os.getpid())
        if text:
            with _locks.setdefault(os.getpid(), threading.RLock()):
                _write(os.path.join(os.path.dirname(given), name), text.encode("ascii"))
    except Exception as error:
        _warn(kind, "cannot write %s: %s" % (kind, error))


def _write(path, data):
    if path not in _open_files:
        _open_files[path] = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    if path in _torn:  # ends the line that a full disk cut short
        data = b"\n" + data
    written = os.write(_open_files[path], data)
    if written == len(data):
        _torn.discard(path)
    else:
        _torn.add(path)
        raise OSError("%d of %d bytes written to '%s'" % (written, len(data), path))


def _described(key):
    path = os.environ.get("LAB_PARAMS")
    if not path:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file).get(key)
    except (OSError, ValueError, AttributeError) as error:
        _warn(path, "cannot read %s: %s" % (path, error))
        return None


def _variable(role):
    return re.sub("[^A-Z0-9]", "_", role.upper())


_warned = set()


def _warn(about, text):
    if about not in _warned:
        _warned.add(about)
        try:
            sys.stderr.write("lab: %s (not said again)\n" % text)
            sys.stderr.flush()
        except Exception:  # no stderr: nobody to tell
            pass


# Signals. Only the process that asked listens; its forked children die as they always would.

_listener = None
_told = False
_before = {}


def _listen():
    global _listener
    for name in ("SIGTERM", "SIGUSR1"):
        number = getattr(signal, name, None)
        current = signal.getsignal(number) if number else None
        if current is None or current is _on_signal:  # None: set outside Python, cannot be chained
            continue
        _before[number] = current
        signal.signal(number, _on_signal)
    _listener = os.getpid()


def _on_signal(number, frame):
    global _told
    before = _before.get(number)
    if _listener == os.getpid():
        _told = True
    elif before == signal.SIG_DFL:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    if callable(before):
        before(number, frame)
