// Lets everything on show be told in the depot's language and time zone, as soon as they are known and whenever they change.
import { useEffect } from "react";
import type { ReactNode } from "react";
import { useSession } from "@kit/depot";
import { useLanguage } from "@kit/LanguageProvider";

export function FollowDepot({ children }: { children: ReactNode }) {
  const { follow } = useLanguage();
  const { language, timeZone } = useSession().data ?? {};
  useEffect(() => {
    if (timeZone !== undefined) follow({ language, timeZone });
  }, [follow, language, timeZone]);
  return children;
}
