import { describe, expect, it, vi } from "vitest";

import type { TopicRecordsBody } from "../api/recordTypes";
import { scanPage, type ReadSlice, type Scan, type ScanOrders } from "./scan";

/** A topic of `count` records of which every `nth` matches; cursors are offsets. */
function topic(count: number, nth: number, perSlice: number): ReadSlice {
  return async ({ start, maxRecords }, signal) => {
    signal.throwIfAborted();
    const first = "cursor" in start ? Number(start.cursor) : 0;
    const data: TopicRecordsBody["data"] = [];
    let offset = first;
    for (; offset < Math.min(count, first + perSlice) && data.length < maxRecords; offset += 1) {
      if (offset % nth !== 0) continue;
      const value = { type: "JSON", data: offset };
      data.push({ partition_id: 0, offset, timestamp: 1, key: null, value, headers: [] });
    }
    return {
      data,
      next_cursor: String(offset),
      previous_cursor: String(first),
      progress: {
        scanned_records: offset - first,
        scanned_bytes: (offset - first) * 10,
        matched: data.length,
        ...(first > 0 && { filter_failures: 2, filter_failure: `at ${first}` }),
      },
      at_end: offset >= count,
      unreadable: [],
      partitions: [{ partition_id: 0, log_start_offset: 0, high_watermark: count }],
    };
  };
}

function scan(read: ReadSlice, more: Partial<ScanOrders> = {}): Promise<Scan> {
  return scanPage({
    read,
    start: { from: "earliest" },
    direction: "forward",
    size: 3,
    sliceSize: 1,
    onProgress: () => undefined,
    stop: new AbortController().signal,
    abandon: new AbortController().signal,
    ...more,
  });
}

const offsets = ({ records }: Scan) => records.map(({ offset }) => Number(offset));

describe("scanPage", () => {
  it("asks on until the page is full, and not for a record more", async () => {
    const seen: number[] = [];
    const page = await scan(topic(1_000, 100, 40), {
      onProgress: ({ scannedRecords }) => seen.push(scannedRecords),
    });
    expect(offsets(page)).toEqual([0, 100, 200]);
    expect(page).toMatchObject({ state: "full", scannedRecords: 201, next: "201", previous: "0" });
    expect(seen).toEqual([40, 80, 120, 160, 200]);
    expect(page).toMatchObject({ failed: 10, failure: "at 40" });
  });

  it("takes more at once where a slice may bring more", async () => {
    const page = await scan(topic(1_000, 2, 40), { sliceSize: 20 });
    expect(page.records).toHaveLength(20);
    expect(page).toMatchObject({ state: "full", next: "39" });
  });

  it("goes on where the page ended", async () => {
    const page = await scan(topic(1_000, 100, 40), { start: { cursor: "201" } });
    expect(offsets(page)).toEqual([300, 400, 500]);
  });

  it("ends at the end of the topic", async () => {
    const page = await scan(topic(250, 100, 40));
    expect(offsets(page)).toEqual([0, 100, 200]);
    expect((await scan(topic(150, 100, 40))).state).toBe("at-end");
  });

  it("gives what it has when it is stopped between two slices", async () => {
    const stop = new AbortController();
    const page = await scan(topic(1_000_000, 1_000, 40), {
      stop: stop.signal,
      onProgress: ({ scannedRecords }) => scannedRecords >= 200 && stop.abort(),
    });
    expect(page).toMatchObject({ state: "stopped", scannedRecords: 200, next: "200" });
    expect(offsets(page)).toEqual([0]);
  });

  it("rejects when it is abandoned, and when the service refuses", async () => {
    const abandon = new AbortController();
    abandon.abort();
    await expect(scan(topic(10, 1, 10), { abandon: abandon.signal })).rejects.toThrow();
    const refusing = vi.fn().mockRejectedValue(new Error("no"));
    await expect(scan(refusing)).rejects.toThrow("no");
    expect(refusing).toHaveBeenCalledTimes(1);
  });

  it("does not ask for ever when the cursor stands still", async () => {
    const stuck = topic(0, 1, 0);
    const read = vi.fn<ReadSlice>(async (slice, signal) => ({
      ...(await stuck(slice, signal)),
      at_end: false,
    }));
    expect((await scan(read)).state).toBe("at-end");
    expect(read).toHaveBeenCalledTimes(2);
  });
});
