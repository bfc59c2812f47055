// Pictures as the depot takes them: named by their hash, small enough for a weak radio, without where they were taken.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { NewFile } from "./outbox/action";

/** A photo's longer side: enough to read a label, some 300 KB. */
const PHOTO_SIDE_PX = 1600;
const PHOTO_QUALITY = 0.8;

/** A photo drawn anew, smaller: what the camera wrote beside the picture, its position among it, is left behind. */
export async function photoFrom(original: Blob): Promise<NewFile> {
  const picture = await load(original);
  const scale = Math.min(1, PHOTO_SIDE_PX / Math.max(picture.naturalWidth, picture.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const smaller = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", PHOTO_QUALITY));
  if (smaller === null) throw new Error("The picture could not be drawn.");
  return fileFrom(await smaller.arrayBuffer(), "image/jpeg");
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

async function load(original: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(original);
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    return picture;
  } finally {
    URL.revokeObjectURL(url);
  }
}
