export interface HexLine {
  /** Offset of the line's first byte, eight hex digits. */
  address: string;
  hex: string;
  /** Printable ASCII as itself, everything else as a dot. */
  ascii: string;
}

/** The first `limit` bytes as a hex dump, sixteen to a line where nothing else is said. */
export function hexLines(bytes: Uint8Array, limit: number, perLine = 16): HexLine[] {
  const lines: HexLine[] = [];
  const end = Math.min(bytes.length, limit);
  for (let start = 0; start < end; start += perLine) {
    const slice = bytes.subarray(start, Math.min(start + perLine, end));
    lines.push({
      address: start.toString(16).padStart(8, "0"),
      hex: hexText(slice).padEnd(perLine * 3 - 1),
      ascii: Array.from(slice, printable).join(""),
    });
  }
  return lines;
}

export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
}
