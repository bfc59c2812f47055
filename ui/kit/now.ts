// The depot's clock, for telling how late something is: the desk's own may be wrong.
import { useEffect, useState } from "react";
import { useSession } from "@kit/depot";

const TICK_MS = 15_000;

/** Milliseconds since 1970 by the depot's clock, ticking. */
export function useNow(): number {
  const session = useSession();
  const depotNow = session.data?.now;
  const ahead_ms = depotNow === undefined ? 0 : Date.parse(depotNow) - session.dataUpdatedAt;
  const [own_ms, setOwn] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setOwn(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return own_ms + ahead_ms;
}
