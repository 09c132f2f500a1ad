declare global {
  interface Window {
    /** Read by the scroll lock under Mantine's modals, which adds a style element of its own. */
    __webpack_nonce__?: string;
  }
}

/** The nonce of this page's content security policy, for the style elements made at run time. */
export function styleNonce(): string {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
  window.__webpack_nonce__ = nonce;
  return nonce;
}
