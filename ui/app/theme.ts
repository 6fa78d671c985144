import { createTheme } from "@mantine/core";

/** Calm and dense: system fonts (nothing is fetched from elsewhere), one accent colour, small radii. */
export const theme = createTheme({
  primaryColor: "cyan",
  // Dark enough for white text on it, and for small text on white (WCAG AA).
  primaryShade: 9,
  autoContrast: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
});
