// Photos taken with the phone's camera, shown before they are kept.
import { Loader } from "@mantine/core";
import { IconCamera, IconX } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { NewFile } from "../outbox/action";
import { photoFrom } from "../pictures";

/** The most photos that the depot takes with one fact. */
const MOST = 10;

export function Photos({ photos, onChange }: { photos: readonly NewFile[]; onChange: (photos: NewFile[]) => void }) {
  const { t } = useTranslation("driver");
  const [isPreparing, setIsPreparing] = useState(false);
  const [isUnreadable, setIsUnreadable] = useState(false);
  const take = async (files: readonly File[]) => {
    setIsPreparing(true);
    setIsUnreadable(false);
    const taken = [...photos];
    for (const file of files.slice(0, MOST - photos.length)) {
      try {
        const photo = await photoFrom(file);
        if (!taken.some(({ ref }) => ref.hash === photo.ref.hash)) taken.push(photo);
      } catch {
        setIsUnreadable(true);
      }
    }
    setIsPreparing(false);
    onChange(taken);
  };
  return (
    <>
      <div className="photos">
        {photos.map((photo, index) => (
          <div key={photo.ref.hash} className="photo">
            <Shown photo={photo} alt={t("photo.alt", { number: index + 1 })} />
            <button
              type="button"
              className="tap"
              aria-label={t("photo.remove", { number: index + 1 })}
              onClick={() => onChange(photos.filter((other) => other !== photo))}
            >
              <IconX size={22} aria-hidden />
            </button>
          </div>
        ))}
        {photos.length < MOST && (
          <label className="camera">
            {isPreparing ? <Loader size={26} /> : <IconCamera size={28} aria-hidden />}
            {isPreparing ? t("photo.preparing") : t("photo.take")}
            <input
              type="file"
              accept="image/*"
              capture="environment"
              disabled={isPreparing}
              onChange={(event) => {
                const files = [...(event.currentTarget.files ?? [])];
                // The same photo may be chosen again after it was removed.
                event.currentTarget.value = "";
                void take(files);
              }}
            />
          </label>
        )}
      </div>
      {isUnreadable && (
        <p role="alert" className="error">
          {t("photo.unreadable")}
        </p>
      )}
    </>
  );
}

function Shown({ photo, alt }: { photo: NewFile; alt: string }) {
  const url = useMemo(() => URL.createObjectURL(new Blob([photo.content], { type: photo.ref.mediaType })), [photo]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return <img src={url} alt={alt} />;
}
