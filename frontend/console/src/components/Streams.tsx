import classes from "./Streams.module.css";

/** Quiet lines of water behind a form. */
export function Streams() {
  const lines = Array.from({ length: 9 }, (_, index) => index);
  return (
    <svg
      className={classes.streams}
      viewBox="0 0 1200 700"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      {lines.map((line) => {
        const start = 40 + line * 26;
        const end = 150 + line * 62;
        return (
          <path
            key={line}
            d={`M-20 ${start} C 320 ${start + 10}, 420 ${end + 60}, 720 ${end} S 1080 ${end + 90}, 1240 ${end + 40}`}
            opacity={0.75 - line * 0.065}
          />
        );
      })}
    </svg>
  );
}
