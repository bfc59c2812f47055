// The colours that carry meaning. Every pair meets WCAG AA in its scheme; tones.test.ts measures them.

export interface Tone {
  readonly text: string;
  readonly fill: string;
  readonly edge: string;
  /** A mark in a picture, such as a bar: it stands alone, so it is stronger than an edge. */
  readonly mark: string;
}

export const TONES = {
  neutral: {
    light: { text: "#3d4857", fill: "#edf0f4", edge: "#d3dae3", mark: "#7a8798" },
    dark: { text: "#c2cbd8", fill: "#252e3b", edge: "#3a4656", mark: "#7f8b9b" },
  },
  cyan: {
    light: { text: "#0a5566", fill: "#dff4f8", edge: "#b3e0e9", mark: "#17889f" },
    dark: { text: "#8ee0ef", fill: "#0c3440", edge: "#14505f", mark: "#35b3cc" },
  },
  blue: {
    light: { text: "#1a4fae", fill: "#e4eefe", edge: "#bfd5fa", mark: "#2f6fe0" },
    dark: { text: "#a3c6ff", fill: "#152f5c", edge: "#234684", mark: "#5c96f5" },
  },
  violet: {
    light: { text: "#5a34b0", fill: "#efe9fd", edge: "#d6c8f8", mark: "#7d55d9" },
    dark: { text: "#cdb8ff", fill: "#33235f", edge: "#4b3788", mark: "#9d7df0" },
  },
  green: {
    light: { text: "#17602f", fill: "#e0f5e6", edge: "#b5e2c2", mark: "#2a9150" },
    dark: { text: "#8fe0a8", fill: "#10381f", edge: "#1c5531", mark: "#4cb870" },
  },
  amber: {
    light: { text: "#7a4200", fill: "#fdf0d5", edge: "#f2d49a", mark: "#c07300" },
    dark: { text: "#ffcf87", fill: "#452c07", edge: "#68450f", mark: "#dd9a35" },
  },
  red: {
    light: { text: "#a31621", fill: "#fde8e8", edge: "#f6c2c4", mark: "#d23c46" },
    dark: { text: "#ffb0b0", fill: "#50161b", edge: "#7a252c", mark: "#e8666d" },
  },
} as const satisfies Record<string, { light: Tone; dark: Tone }>;

export type ToneName = keyof typeof TONES;

/** The CSS variables `--depot-<tone>-text|fill|edge|mark` of one scheme. */
export function toneVariables(scheme: "light" | "dark"): Record<string, string> {
  return Object.fromEntries(
    Object.entries(TONES).flatMap(([name, tones]) =>
      Object.entries(tones[scheme]).map(([part, colour]) => [`--depot-${name}-${part}`, colour]),
    ),
  );
}
