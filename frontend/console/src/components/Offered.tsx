import { Button, Tooltip, type ButtonProps } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";

interface Props extends ButtonProps {
  /** Why it is not offered; null when it is. */
  refusal: string | null;
  /** A key that does the same, outside of text fields. */
  shortcut?: string;
  onClick: () => void;
}

/** A button that, where it may not be used, says why and stays reachable by keyboard. */
export function OfferedButton({ refusal, shortcut, onClick, children, ...button }: Props) {
  const offered = refusal === null;
  useHotkeys(shortcut && offered ? [[shortcut, onClick]] : []);
  return (
    <Tooltip label={refusal} disabled={offered} multiline maw={280}>
      <Button
        {...button}
        onClick={offered ? onClick : (event) => event.preventDefault()}
        data-disabled={!offered || undefined}
        aria-disabled={!offered || undefined}
        aria-description={refusal ?? undefined}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
