// `ADDRESS:PORT` as the settings write it, in its two parts: the square brackets of IPv6 are only for its colons.

export const ONLY_HERE = "127.0.0.1";
export const EVERYWHERE = "0.0.0.0";

export function split(listen: string): { address: string; port: string } {
  const at = listen.lastIndexOf(":");
  return { address: listen.slice(0, at).replace(/^\[|\]$/gu, ""), port: listen.slice(at + 1) };
}

export function joined(address: string, port: string): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
