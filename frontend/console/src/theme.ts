import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** Headwater's own blue-green; shades 6 and 7 carry white text at 4.8:1 and more. */
const tide: MantineColorsTuple = [
  "#e8f7f8",
  "#d0ecee",
  "#a3d9dd",
  "#72c6cc",
  "#4ab5be",
  "#2da3ae",
  "#117d8b",
  "#0b6f7c",
  "#095b66",
  "#06434c",
];

/** Mantine's dark neutrals, drawn towards the brand's blue. */
const dark: MantineColorsTuple = [
  "#d6dde4",
  "#b6c1cb",
  "#93a1af",
  "#667482",
  "#35414c",
  "#27313b",
  "#1c252d",
  "#141b22",
  "#0e1419",
  "#090d11",
];

export const theme = createTheme({
  colors: { tide, dark },
  primaryColor: "tide",
  primaryShade: { light: 7, dark: 6 },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  headings: { fontWeight: "620", fontFamily: "'Inter Variable', system-ui, sans-serif" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // A focusable element without a role of its own is none that a menu may have.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Modal: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Close" },
        // The page has one banner, and it is not a dialog's heading.
        attributes: { header: { role: "presentation" } },
      },
      styles: { title: { fontWeight: 620 } },
    },
    Notification: {
      defaultProps: { closeButtonProps: { "aria-label": "Dismiss" } },
      // Mantine's grey for it misses the contrast that small text needs.
      styles: { description: { color: "inherit" } },
    },
  },
});

/** Mantine's own dimmed greys miss the 4.5:1 that small text needs. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#56636f",
    "--mantine-color-placeholder": "#66737f",
    "--mantine-color-error": "#c02626",
  },
  dark: {
    "--mantine-color-dimmed": "#93a1af",
    "--mantine-color-placeholder": "#8492a0",
    "--mantine-color-error": "#ff8a80",
    "--mantine-color-anchor": "#72c6cc",
    "--mantine-color-tide-light": "#12333a",
    "--mantine-color-tide-light-hover": "#163e46",
    "--mantine-color-tide-light-color": "#a3d9dd",
  },
});
