// What every screen is made of: a bar with the way back and what is unsent, the content, and the step under the thumb.
import { IconAlertTriangle, IconArrowLeft, IconCheck, IconCloudOff, IconCloudUp } from "@tabler/icons-react";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { go, goBack } from "../navigation";
import { usePhoneView } from "../phone";

interface PageProps {
  title: string;
  /** Where back leads when the driver came from outside; no way back without it. */
  back?: string;
  action?: ReactNode;
  foot?: ReactNode;
  children: ReactNode;
}

export function Page({ title, back, action, foot, children }: PageProps) {
  const { t } = useTranslation("driver");
  return (
    <div className="page">
      <header className="bar">
        {back !== undefined && (
          <button type="button" className="tap" aria-label={t("back")} onClick={() => goBack(back)}>
            <IconArrowLeft size={26} aria-hidden />
          </button>
        )}
        <h1>{title}</h1>
        <UnsentMark isShort={back !== undefined} />
        {action}
      </header>
      <main className="content">{children}</main>
      {foot !== undefined && <footer className="foot">{foot}</footer>}
    </div>
  );
}

/** How much is not at the depot, on every screen; as a sign and a number where the title needs the place. */
function UnsentMark({ isShort }: { isShort: boolean }) {
  const { t } = useTranslation("driver");
  const { unsent, refused, waitingFiles, refusedFiles, reach } = usePhoneView();
  const [tone, Mark, words, number] = ((): [string, Icon, string, number?] => {
    const refusals = refused.length + refusedFiles.length;
    if (refusals > 0) return ["red", IconAlertTriangle, t("mark.refused", { count: refusals }), refusals];
    const count = unsent + waitingFiles;
    if (count > 0) return ["amber", reach === "outOfReach" ? IconCloudOff : IconCloudUp, t("mark.unsent", { count }), count];
    if (reach === "outOfReach") return ["neutral", IconCloudOff, t("mark.outOfReach")];
    return ["green", IconCheck, t("mark.all")];
  })();
  return (
    <button type="button" className="mark" data-tone={tone} aria-label={words} onClick={() => go("outbox")}>
      <Mark size={18} aria-hidden />
      {isShort ? number : words}
    </button>
  );
}
