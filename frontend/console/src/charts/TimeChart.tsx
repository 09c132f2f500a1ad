import { Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { formatDateTime } from "../records/format";
import { describe, isBlank, latest, type Line, type Unit } from "./plot";
import classes from "./TimeChart.module.css";
import { writeUnit } from "./units";

// The drawing library comes with the first chart, not with the page.
const Canvas = lazy(() => import("./Canvas").then((module) => ({ default: module.Canvas })));

interface Props {
  label: string;
  times: number[];
  lines: Line[];
  unit: Unit;
  height?: number;
  /** Charts of one page that move their cursors together. */
  together: string;
  /** What to say while there is nothing to draw. */
  blank?: string;
}

/** Lines over time. Above them stand their names and figures: the newest, or those under the cursor. */
export function TimeChart({
  label,
  times,
  lines,
  unit,
  height = 168,
  together,
  blank = "Figures appear here within a minute of the first records.",
}: Props) {
  const [point, setPoint] = useState<number | null>(null);
  const time = point === null ? undefined : times[point];
  const empty = times.length === 0 || isBlank(lines);
  const write = (value: number) => writeUnit(value, unit);
  return (
    <figure className={classes.chart} aria-label={`${label}. ${describe(lines, write)}.`}>
      <figcaption className={classes.legend}>
        {lines.map(({ label: name, colour, points }) => {
          const value = time === undefined ? latest(points) : (points[point!] ?? null);
          return (
            <span key={name} className={classes.entry}>
              <span className={classes.swatch} data-colour={colour} />
              {name}
              <span className={classes.value}>{value === null ? "–" : write(value)}</span>
            </span>
          );
        })}
        <span className={classes.time}>
          {time !== undefined && formatDateTime(time).slice(0, 19)}
        </span>
      </figcaption>
      {empty ? (
        <div className={classes.blank} style={{ height }}>
          <Text size="sm" c="dimmed">
            {blank}
          </Text>
        </div>
      ) : (
        <Suspense fallback={<div style={{ height }} />}>
          <Canvas
            times={times}
            lines={lines}
            unit={unit}
            height={height}
            together={together}
            onPoint={setPoint}
          />
        </Suspense>
      )}
    </figure>
  );
}
