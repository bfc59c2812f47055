// Something went wrong: what sort, in a few words what, and photos that show it.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import { Button, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { newId } from "@kit/ids";
import { INCIDENT_TYPES } from "@kit/words";
import { readable } from "@kit/readable";
import type { NewFile } from "../outbox/action";
import { goBack } from "../navigation";
import { draftsOf, useDraft } from "../parts/draft";
import { useKeeping } from "../parts/keeping";
import { Page } from "../parts/Page";
import { Photos } from "../parts/Photos";
import { usePhone } from "../phone";
import { whereOf } from "./step";

export function IncidentScreen({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("driver");
  const { t: kit } = useTranslation("kit");
  const phone = usePhone();
  const drafts = draftsOf(delivery.id, "incident");
  const [incidentType, setIncidentType] = useDraft(`${drafts}type`, "", (type) => type === "");
  const [description, setDescription] = useDraft(`${drafts}description`, "", (text) => text === "");
  const [photos, setPhotos] = useDraft<readonly NewFile[]>(`${drafts}photos`, [], (taken) => taken.length === 0);
  const { isKeeping, keep, trouble } = useKeeping();
  const word = (type: string) => kit(`incidentType.${type}`, { defaultValue: type });
  if (incidentType === undefined || description === undefined || photos === undefined) return null;
  const finish = async () => {
    const isKept = await keep(() =>
      phone.act({
        deliveryId: delivery.id,
        where: whereOf(delivery),
        command: {
          type: "reportIncident",
          incidentId: newId(),
          incidentType,
          // The sort says it all where the driver has no hand free to write.
          description: readable(description) === "" ? word(incidentType) : readable(description),
          photos: photos.map(({ ref }) => ref),
        },
        files: photos,
        drafts,
      }),
    );
    if (isKept) goBack(`deliveries/${delivery.id}`);
  };
  return (
    <Page
      title={t("incident.title")}
      back={`deliveries/${delivery.id}`}
      foot={
        <>
          {trouble}
          <Button fullWidth h={64} fz={20} disabled={incidentType === ""} loading={isKeeping} onClick={() => void finish()}>
            {t("incident.send")}
          </Button>
        </>
      }
    >
      <h2 className="section">{t("incident.what")}</h2>
      <div className="tiles">
        {INCIDENT_TYPES.map((type) => (
          <button
            key={type}
            type="button"
            className="tile"
            aria-pressed={type === incidentType}
            onClick={() => setIncidentType(type)}
          >
            {word(type)}
          </button>
        ))}
      </div>
      <Textarea
        label={t("incident.words")}
        placeholder={t("incident.wordsHint")}
        size="lg"
        rows={3}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        maxLength={2000}
      />
      <span className="strong">{t("proof.photos")}</span>
      <Photos photos={photos} onChange={setPhotos} />
    </Page>
  );
}
