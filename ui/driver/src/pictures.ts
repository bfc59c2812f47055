// Pictures as the phone keeps and sends them: named by their hash.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { smallerPhoto } from "@kit/pictures";
import type { NewFile } from "./outbox/action";

/** A photo, made smaller. */
export async function photoFrom(original: Blob): Promise<NewFile> {
  return fileFrom(await (await smallerPhoto(original)).arrayBuffer(), "image/jpeg");
}

/** A signature as the pad drew it. */
export function signatureFrom(svg: string): NewFile {
  return fileFrom(new TextEncoder().encode(svg).buffer, "image/svg+xml");
}

/** Hashed here rather than by `crypto.subtle`, which plain HTTP has not. */
function fileFrom(content: ArrayBuffer, mediaType: string): NewFile {
  const hash = bytesToHex(sha256(new Uint8Array(content)));
  return { ref: { hash, mediaType, bytes: content.byteLength }, content };
}
