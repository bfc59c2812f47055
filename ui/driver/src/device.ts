// What a phone calls itself in the desk's list of devices.

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/EdgA?\//u, "Edge"],
  [/SamsungBrowser\//u, "Samsung Internet"],
  [/Firefox\/|FxiOS\//u, "Firefox"],
  [/Chrome\/|CriOS\//u, "Chrome"],
  [/Safari\//u, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Android/u, "Android"],
  [/iPhone/u, "iPhone"],
  [/iPad/u, "iPad"],
  [/Windows/u, "Windows"],
  [/Mac OS X/u, "Mac"],
  [/Linux/u, "Linux"],
];

export function deviceName(userAgent: string): string {
  const named = (names: typeof BROWSERS) => names.find(([sign]) => sign.test(userAgent))?.[1];
  return [named(BROWSERS) ?? "A browser", named(SYSTEMS) ?? "a phone"].join(" on ");
}
