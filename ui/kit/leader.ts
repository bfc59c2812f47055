// Which of several windows over one browser's storage does what only one should. Web locks would do it better, but a page
// that came over plain HTTP has none.
import { useEffect, useState } from "react";
import { newKey } from "@kit/ids";

const BEAT_MS = 1_500;
/** A leader that was not heard of for so long is gone, or asleep in the background. */
const SILENCE_MS = 5_000;

/** False at first: a window leads once its claim has stood for a beat. */
export function useLeader(name: string): boolean {
  const [isLeader, setIsLeader] = useState(false);
  useEffect(() => {
    const me = newKey();
    const read = () => (localStorage.getItem(name) ?? "").split(" ");
    const beat = () => {
      const [leader = "", heardAt_ms = "0"] = read();
      setIsLeader(leader === me);
      if (leader === me || Number(heardAt_ms) < Date.now() - SILENCE_MS) localStorage.setItem(name, `${me} ${Date.now()}`);
    };
    const resign = () => {
      if (read()[0] === me) localStorage.removeItem(name);
    };
    beat();
    const timer = setInterval(beat, BEAT_MS);
    addEventListener("pagehide", resign);
    return () => {
      clearInterval(timer);
      removeEventListener("pagehide", resign);
      resign();
    };
  }, [name]);
  return isLeader;
}
