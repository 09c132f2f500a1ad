import "uplot/dist/uPlot.min.css";

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

import { BYTE_STEPS, ceilingOf, columnsOf, type Line, type Unit } from "./plot";
import { writeUnit } from "./units";

export interface CanvasProps {
  times: number[];
  lines: Line[];
  unit: Unit;
  height: number;
  /** Charts with one key move their cursors together. */
  together: string;
  /** Index of the point under the cursor; null when it has left. */
  onPoint: (index: number | null) => void;
}

/** The drawing itself. It is hidden from screen readers: `TimeChart` says in words what it shows. */
export function Canvas({ times, lines, unit, height, together, onPoint }: CanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useComputedColorScheme("light");
  const names = lines.map(({ label, colour }) => `${label}:${colour}`).join();
  const newest = useRef({ times, lines, onPoint });
  newest.current = { times, lines, onPoint };

  useEffect(() => {
    const box = place.current!;
    const { times, lines } = newest.current;
    const options = optionsOf(lines, unit, height, box.clientWidth, together, (index) =>
      newest.current.onPoint(index),
    );
    const made = new uPlot(options, columnsOf(times, lines), box);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
    // Colours are read from the page's tokens when it is made, so a new scheme makes a new one.
  }, [names, unit, height, together, scheme]);

  useEffect(() => plot.current?.setData(columnsOf(times, lines)), [times, lines]);

  return <div ref={place} style={{ height }} aria-hidden="true" />;
}

function optionsOf(
  lines: Line[],
  unit: Unit,
  height: number,
  width: number,
  together: string,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: token("--mantine-color-dimmed"),
    font: "11px 'Inter Variable', sans-serif",
    grid: { stroke: token("--line-soft"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: together },
      y: false,
      points: { size: 7 },
      drag: { x: false, y: false },
    },
    scales: {
      // A chart that has only begun shows a minute, so that its first points stand at the right.
      x: { time: true, range: (_, first, last) => [Math.min(first, last - 60), last] },
      y: { range: (_, __, most) => [0, ceilingOf(most, unit)] },
    },
    axes: [
      { ...axis, grid: { show: false }, gap: 4, size: 24, space: 70, values: clockTicks },
      {
        ...axis,
        gap: 6,
        size: 66,
        space: 28,
        ...(unit.startsWith("bytes") && { incrs: BYTE_STEPS }),
        ...(unit === "partitions" && { incrs: [1, 2, 5, 10, 20, 50, 100, 1_000, 10_000] }),
        values: (_, ticks) => ticks.map((tick) => writeUnit(tick, unit)),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, colour }, index) => ({
        label,
        stroke: token(`--chart-${colour}`),
        width: 1.6,
        points: { show: false },
        ...(index === 0 && { fill: token(`--chart-${colour}-soft`) }),
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

const two = (part: number) => String(part).padStart(2, "0");

/** `14:05`; `1 Mar` at midnight, and where ticks are days. */
function clockTicks(_: uPlot, ticks: number[], __: number, ___: number, step: number): string[] {
  return ticks.map((tick) => {
    const date = new Date(tick * 1_000);
    const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (midnight || step >= 86_400) {
      return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
    }
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
    return step < 60 ? `${clock}:${two(date.getSeconds())}` : clock;
  });
}
