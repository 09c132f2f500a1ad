import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";

// Long enough that typing is never held up, short enough that the list seems to follow it.
const SETTLE_MS = 80;

/**
 * The text of a search field that the page's address has too. The field leads: what is typed shows
 * at once and reaches list and address once it has settled.
 */
export function useAddressedText(
  inAddress: string,
  write: (text: string) => void,
): [text: string, setText: (text: string) => void, settled: string] {
  const [text, setText] = useState(inAddress);
  const [settled] = useDebouncedValue(text, SETTLE_MS);
  const written = useRef(inAddress);
  useEffect(() => {
    if (settled === written.current) return;
    written.current = settled;
    write(settled);
  }, [settled, write]);
  return [text, setText, settled];
}
