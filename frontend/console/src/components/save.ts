/**
 * Hands the browser a file to save. Whatever a record holds, it is saved as bytes: no type that
 * this page could be made to show as a document of its own.
 */
export function saveFile(name: string, parts: BlobPart[]): void {
  const address = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = safeName(name);
  link.click();
  // The browser has taken the file over once the click is done; a moment's grace costs nothing.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 120);
}
