// One delivery with all that belongs to it.
export function DeliveryPage() {
  return null;
}
