// One route with its checkpoints and deliveries.
export function RoutePage() {
  return null;
}
