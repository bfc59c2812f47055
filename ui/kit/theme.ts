// The look of every screen: Mantine's theme, the contrasts it leaves short of AA mended, and our tones.
import { createTheme } from "@mantine/core";
import type { CSSVariablesResolver, MantineColorsTuple } from "@mantine/core";
import { toneVariables } from "@kit/tones";

const brand: MantineColorsTuple = [
  "#eef2ff",
  "#dde4fd",
  "#b9c6f8",
  "#92a6f4",
  "#718aef",
  "#5b78ec",
  "#4a68e4",
  "#3b56cc",
  "#3149b4",
  "#25399a",
];

/** Slate rather than Mantine's neutral grey: it sits with the brand's blue, and large dark areas look less flat. */
const dark: MantineColorsTuple = [
  "#dbe1ea",
  "#b6c0ce",
  "#8b97a8",
  "#5a6677",
  "#333e4d",
  "#27313e",
  "#1e2733",
  "#161d27",
  "#10161f",
  "#0b1017",
];

export const theme = createTheme({
  primaryColor: "brand",
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  colors: { brand, dark },
  defaultRadius: "md",
  cursorType: "pointer",
  // Bundled, because WebKitGTK and Chromium pick different system fonts.
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  headings: { fontWeight: "650" },
  components: {
    // Beside a long text a button would give way, and lose the end of its word.
    Button: { styles: { root: { flexShrink: 0 } } },
    // As high as the fields and buttons in whose row they stand.
    Chip: { styles: { label: { "--chip-size": "36px" } } },
    // A page has one banner, which is the shell's; Mantine makes each dialog's head another.
    // Mantine's grey is too pale to read on white.
    Notification: { defaultProps: { styles: { description: { color: "var(--mantine-color-dimmed)" } } } },
    ModalHeader: { defaultProps: { role: "presentation" } },
    ModalTitle: { defaultProps: { fw: 650 } },
    // Mantine gives these no name for screen readers.
    // As the heads of DataTable.
    TableTh: { defaultProps: { c: "dimmed", fz: "xs", fw: 600 } },
    CloseButton: { defaultProps: { "aria-label": "Close" } },
    ActionIcon: { defaultProps: { variant: "default" } },
    DateInput: { defaultProps: { highlightToday: true } },
    DatePickerInput: { defaultProps: { highlightToday: true } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...toneVariables("light"),
    "--depot-canvas": "#f5f7fa",
    "--depot-surface": "#ffffff",
    "--depot-line": "#e1e6ed",
    "--depot-brand-text": "var(--mantine-color-brand-8)",
    "--depot-brand-fill": "#e6ecfe",
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#16202e",
    // The default's dimmed, placeholder and light variants stay below 4.5 : 1 on our canvas.
    "--mantine-color-dimmed": "#566273",
    "--mantine-color-placeholder": "#5d6979",
    "--mantine-color-green-light-color": "#1c5f2a",
    "--mantine-color-yellow-light-color": "#7a4100",
    "--mantine-color-red-light-color": "#a51414",
    "--mantine-color-error": "#c21f2c",
  },
  dark: {
    ...toneVariables("dark"),
    "--depot-canvas": "var(--mantine-color-dark-8)",
    "--depot-surface": "var(--mantine-color-dark-7)",
    "--depot-line": "var(--mantine-color-dark-5)",
    "--depot-brand-text": "#c9d4fb",
    "--depot-brand-fill": "#1f2b57",
    "--mantine-color-dimmed": "#a1adbd",
    "--mantine-color-placeholder": "#95a1b2",
    "--mantine-color-error": "#ff8f8f",
    // Readable on a chosen row, too.
    "--mantine-color-anchor": "var(--mantine-color-brand-3)",
  },
});
