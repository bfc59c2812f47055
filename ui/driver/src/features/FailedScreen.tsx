// The delivery could not be handed over: why.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Button, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { readable } from "@kit/readable";
import { goBack } from "../navigation";
import { draftsOf, useDraft } from "../parts/draft";
import { useKeeping } from "../parts/keeping";
import { Page } from "../parts/Page";
import { usePhone } from "../phone";
import { whereOf } from "./step";

const REASONS = ["nobody", "refused", "address", "damaged", "closed", "vehicle"] as const;
const REASON_MAX_CHARS = 500;

export function FailedScreen({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("driver");
  const phone = usePhone();
  const drafts = draftsOf(delivery.id, "failed");
  const [chosen, setChosen] = useDraft<(typeof REASONS)[number] | "">(`${drafts}reason`, "", (reason) => reason === "");
  const [other, setOther] = useDraft(`${drafts}other`, "", (text) => text === "");
  const { isKeeping, keep, trouble } = useKeeping();
  if (chosen === undefined || other === undefined) return null;
  const parts = [chosen === "" ? "" : t(`failed.reasons.${chosen}`), readable(other)];
  const reason = parts.filter((part) => part !== "").join(": ").slice(0, REASON_MAX_CHARS);
  const finish = async () => {
    const isKept = await keep(() =>
      phone.act({
        deliveryId: delivery.id,
        where: whereOf(delivery),
        command: { type: "changeDeliveryStatus", status: "Failed", reason },
        drafts,
      }),
    );
    if (isKept) goBack(`deliveries/${delivery.id}`);
  };
  return (
    <Page
      title={t("failed.title")}
      back={`deliveries/${delivery.id}`}
      foot={
        <>
          {trouble}
          <Button fullWidth h={64} fz={20} color="red.9" disabled={reason === ""} loading={isKeeping} onClick={() => void finish()}>
            {t("failed.done")}
          </Button>
        </>
      }
    >
      <p className="strong">{whereOf(delivery)}</p>
      <h2 className="section">{t("failed.why")}</h2>
      <div className="tiles">
        {REASONS.map((each) => (
          <button
            key={each}
            type="button"
            className="tile"
            aria-pressed={each === chosen}
            onClick={() => setChosen(each === chosen ? "" : each)}
          >
            {t(`failed.reasons.${each}`)}
          </button>
        ))}
      </div>
      <Textarea
        label={t("failed.other")}
        size="lg"
        rows={3}
        value={other}
        onChange={(event) => setOther(event.currentTarget.value)}
        maxLength={400}
      />
    </Page>
  );
}
