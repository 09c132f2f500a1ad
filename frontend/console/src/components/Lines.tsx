import { Code } from "@mantine/core";

interface Props {
  /** What it is, for those who do not see it. */
  label: string;
  text: string;
  maxHeight?: number;
}

/** What a program wrote: its own lines, wrapped where they are longer than the page is wide. */
export function Lines({ label, text, maxHeight }: Props) {
  return (
    <Code
      block
      tabIndex={0}
      role="region"
      aria-label={label}
      mah={maxHeight}
      style={{ overflow: "auto", whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
    >
      {text}
    </Code>
  );
}
