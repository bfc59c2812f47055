// Lets everything on show be told in the depot's language and time zone and by its clock, as soon as they are known.
import { useEffect } from "react";
import type { ReactNode } from "react";
import { useSession } from "@kit/depot";
import { useLanguage } from "@kit/LanguageProvider";
import { followClock } from "@kit/now";

export function FollowDepot({ children }: { children: ReactNode }) {
  const { follow } = useLanguage();
  const { data, dataUpdatedAt } = useSession();
  const { language, timeZone, now } = data ?? {};
  useEffect(() => {
    if (timeZone !== undefined) follow({ language, timeZone });
  }, [follow, language, timeZone]);
  useEffect(() => {
    if (now !== undefined) followClock(now, dataUpdatedAt);
  }, [now, dataUpdatedAt]);
  return children;
}
