import classes from "./Sparkline.module.css";

const WIDTH = 240;
const HEIGHT = 40;
const TOP = 3;

interface Props {
  /** The newest last; it stands at the right edge. */
  values: number[];
  /** How many values the whole width has room for. */
  span: number;
  label: string;
}

/** A small area chart that fills its box; the figures beside it say in words what it shows. */
export function Sparkline({ values, span, label }: Props) {
  const highest = Math.max(1, ...values);
  const points = values.map((value, index) => {
    const x = WIDTH * (1 - (values.length - 1 - index) / (span - 1));
    const y = HEIGHT - 1 - (value / highest) * (HEIGHT - 1 - TOP);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const [left] = points[0]?.split(",") ?? [WIDTH];
  return (
    <svg
      className={classes.chart}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <polygon
        className={classes.area}
        points={`${left},${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`}
      />
      <polyline className={classes.line} points={points.join(" ")} />
    </svg>
  );
}
