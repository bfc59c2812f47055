// The depot's clock as far as the phone knows it, ticking.
import { useEffect, useState } from "react";
import { usePhoneView } from "../phone";

const TICK_MS = 15_000;

export function useDepotNow(): number {
  const { offset_ms } = usePhoneView();
  const [own_ms, setOwn] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setOwn(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return own_ms + offset_ms;
}
