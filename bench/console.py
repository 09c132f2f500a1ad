"""The console in Chromium: how soon it can be used, and its live tail of a topic that gets ten
thousand records a second. ``./headwater bench --console`` writes ``results/console``."""

import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from bench.report import Results, write_documents
from tests.e2e.chromium import QUIET
from tests.e2e.tour import PATIENCE_MS, sign_in, visiting
from tests.login import Login
from tests.service import ServiceUnderTest

RATE: Final = 10_000
SECONDS: Final = 20.0
WARM_UP_SECONDS: Final = 3.0
TOPIC: Final = "console-flood"
RECORD_BYTES: Final = 200

INTERACTIVE_MS_MAX: Final = 1_000
BYTES_MAX: Final = 300_000
FRAMES_PER_SECOND: Final = 60
STALE_MS_MAX: Final = 1_500

WATCH: Final = """() => {
    const seen = { frames: [], stale: [] }
    let last = 0
    const frame = (now) => {
        if (last) seen.frames.push(now - last)
        last = now
        requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    setInterval(() => {
        const row = document.querySelector('[role=grid] [data-index="0"]')
        const at = row && /\\bat: (\\d+)/.exec(row.textContent)
        if (at) seen.stale.push(Date.now() - Number(at[1]))
    }, 100)
    window.watched = seen
}"""
"""How long each frame took, and ten times a second how old the newest row on the page is: every
record says when it was made."""

FORGET: Final = "() => { window.watched.frames.length = window.watched.stale.length = 0 }"

USABLE: Final = """() => {
    const look = () => {
        const field = document.querySelector('input[autocomplete=username]')
        if (field === null || field.disabled) return false
        window.usable = performance.now()
        return true
    }
    const watcher = new MutationObserver(() => { if (look()) watcher.disconnect() })
    watcher.observe(document, { subtree: true, childList: true, attributes: true })
}"""
"""When the form's first field is there, on the page's own clock, which begins with the request."""

FIGURE: Final = """(name) => {
    const names = [...document.querySelectorAll('span')].filter((each) => each.textContent === name)
    const text = names[0]?.parentElement?.querySelector('[class*=figure]')?.textContent ?? ''
    return Number(text.replace(/\\D/g, ''))
}"""


def main(out: Path, rounds: int) -> int:
    """Measure, print as it goes, and write ``out``."""
    results = Results.for_this_machine(rounds, 1.0)
    load = os.getloadavg()[0]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("Chromium is needed, and neither chromium nor google-chrome was found.\n")
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder,
        ServiceUnderTest(Path(folder), demo=True, brokers=1) as service,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        version = browser.version
        # The first page of all is the browser's own start as well; it is not counted.
        _first_load(browser, service.status)
        loads = [_first_load(browser, service.status) for _ in range(rounds)]
        print(f"first load: {loads}", file=sys.stderr, flush=True)
        tails = []
        for number in range(rounds):
            tails.append(_live_tail(browser, service.status, f"{TOPIC}-{number}"))
            print(f"live tail: {tails[-1]}", file=sys.stderr, flush=True)
        browser.close()
    _write(out, results, f"{version}; load average {load:.1f} as it began", loads, tails)
    return 0


def _first_load(browser: Browser, status: dict[str, Any]) -> dict[str, Any]:
    """With nothing kept from before: bytes as they travel, and when the first field can be used."""
    answers: list[Response] = []
    with visiting(browser, status["http_url"], "light") as page:

        def note(answer: Response) -> None:
            answers.append(answer)

        page.on("response", note)
        page.add_init_script(f"({USABLE})()")
        page.goto("/login")
        # Nothing is typed: with the first letter the page begins to fetch what follows.
        expect(page.get_by_label("Login")).to_be_editable(timeout=PATIENCE_MS)
        page.wait_for_load_state("networkidle")
        usable_ms = page.evaluate("window.usable")
        sizes = [answer.request.sizes() for answer in answers]
    return {
        "usable_ms": round(usable_ms),
        "bytes": sum(each["responseBodySize"] for each in sizes),
        "header_bytes": sum(each["responseHeadersSize"] for each in sizes),
        "requests": len(sizes),
    }


def _live_tail(browser: Browser, status: dict[str, Any], topic: str) -> dict[str, Any]:
    demo = status["demo"]
    config = Login.of(status, demo).librdkafka()
    admin = AdminClient(config)
    admin.create_topics([NewTopic(topic, num_partitions=4)])[topic].result(30)
    with visiting(browser, status["http_url"], "light") as page:
        sign_in(page, demo)
        page.goto(f"/topics/{topic}/live")
        expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible(
            timeout=PATIENCE_MS
        )
        sent: list[int] = []
        sending = threading.Thread(target=lambda: sent.append(_produce(config, topic)))
        sending.start()
        page.wait_for_timeout(WARM_UP_SECONDS * 1000)
        page.evaluate(WATCH)
        page.evaluate(FORGET)
        page.wait_for_timeout((SECONDS - WARM_UP_SECONDS - 2) * 1000)
        watched = page.evaluate("() => window.watched")
        sending.join()
        received, skipped = _settled(page)
    return _told(watched, sent[0]) | {"sent": sent[0], "received": received, "skipped": skipped}


def _produce(config: dict[str, str], topic: str) -> int:
    """``RATE`` for ``SECONDS``; how many there were."""
    producer = Producer(config | {"linger.ms": "5", "acks": "all"})
    begun, count = time.monotonic(), int(RATE * SECONDS)
    for number in range(count):
        start = f'{{"at": {time.time_ns() // 1_000_000}, "id": {number}, "note": "'
        producer.produce(topic, (start + "x" * (RECORD_BYTES - len(start) - 2) + '"}').encode())
        if number % 50 == 0:
            producer.poll(0)
            ahead = begun + number / RATE - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
    if producer.flush(30):
        raise TimeoutError("not every record was written")
    return count


def _settled(page: Page) -> tuple[int, int]:
    """(received, skipped), when they change no more."""
    before, deadline = (-1, -1), time.monotonic() + 30
    while True:
        page.wait_for_timeout(1_500)  # the page writes them twice a second
        now = (page.evaluate(FIGURE, "Received"), page.evaluate(FIGURE, "Skipped"))
        if now == before or time.monotonic() > deadline:
            return now
        before = now


def _told(watched: dict[str, list[float]], sent: int) -> dict[str, Any]:
    frames, stale = sorted(watched["frames"]), sorted(watched["stale"])
    if not frames or not stale:
        raise RuntimeError(f"the page showed nothing of {sent} records")
    return {
        "frames_per_s": round(1000 * len(frames) / sum(frames), 1),
        "frame_p50_ms": round(median(frames), 1),
        "frame_p99_ms": round(frames[int(len(frames) * 0.99)], 1),
        "stale_p50_ms": round(median(stale)),
        "stale_p99_ms": round(stale[int(len(stale) * 0.99)]),
        "stale_max_ms": round(stale[-1]),
    }


def _write(
    out: Path,
    results: Results,
    where: str,
    loads: list[dict[str, Any]],
    tails: list[dict[str, Any]],
) -> None:
    raw = {
        **results.about,
        "browser": where,
        "first_load": loads,
        "live_tail": tails,
    }
    usable = median(each["usable_ms"] for each in loads)
    size = max(each["bytes"] for each in loads)
    lines = [
        *results.heading("The console", "--console"),
        f"- machine: {results.machine}; the service, Chromium and the producer share it; Chromium "
        f"{where}, drawing without a graphics card",
        f"- first load, nothing cached, localhost: {size:,} bytes of bodies (aim {BYTES_MAX:,}), "
        f"its form can be filled in after {usable:,.0f} ms (aim {INTERACTIVE_MS_MAX:,})",
        f"- live tail: {RATE:,} records a second of {RECORD_BYTES} bytes, {SECONDS:.0f} s; aims: "
        f"{FRAMES_PER_SECOND} frames a second, the newest row at most {STALE_MS_MAX:,} ms old, and "
        "received and skipped together all that was sent",
        "",
        "| frames/s | a frame, p50 ms | p99 ms | newest row's age, p50 ms | p99 ms | longest ms | "
        "sent | received | skipped | adds up |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for each in tails:
        adds_up = each["received"] + each["skipped"] == each["sent"]
        lines.append(
            f"| {each['frames_per_s']} | {each['frame_p50_ms']} | {each['frame_p99_ms']} "
            f"| {each['stale_p50_ms']} | {each['stale_p99_ms']} | {each['stale_max_ms']} "
            f"| {each['sent']:,} | {each['received']:,} | {each['skipped']:,} "
            f"| {'yes' if adds_up else '**no**'} |"
        )
    write_documents(out, raw, lines)
