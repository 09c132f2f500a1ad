/** The service said no. `code` is a close code of docs/live.md. */
export class LiveError extends Error {
  constructor(
    readonly code: number,
    message: string,
    /** Whether the same may succeed later. */
    readonly retryable: boolean = false,
  ) {
    super(message);
    this.name = "LiveError";
  }
}
