// A place to sign with a finger.
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import Pad from "signature_pad";

/** Gives the drawing as SVG, and undefined while there is none. */
export function SignaturePad({ onChange }: { onChange: (svg: string | undefined) => void }) {
  const { t } = useTranslation("driver");
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<Pad>(undefined);
  const [isEmpty, setIsEmpty] = useState(true);
  const tell = useEffectEvent(onChange);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const drawn = new Pad(element, { penColor: "#10161f", minWidth: 1, maxWidth: 3 });
    pad.current = drawn;
    const fit = () => {
      const kept = drawn.toData();
      const scale = window.devicePixelRatio || 1;
      element.width = element.offsetWidth * scale;
      element.height = element.offsetHeight * scale;
      element.getContext("2d")?.scale(scale, scale);
      // Setting a size wipes the canvas.
      drawn.fromData(kept);
    };
    fit();
    const onEnd = () => {
      setIsEmpty(drawn.isEmpty());
      tell(drawn.isEmpty() ? undefined : drawn.toSVG());
    };
    drawn.addEventListener("endStroke", onEnd);
    window.addEventListener("resize", fit);
    return () => {
      window.removeEventListener("resize", fit);
      drawn.off();
    };
  }, []);
  const clear = () => {
    pad.current?.clear();
    setIsEmpty(true);
    onChange(undefined);
  };
  return (
    <div>
      <div className="between">
        <span className="strong">{t("proof.signature")}</span>
        <button type="button" className="tap" style={{ padding: "0 12px" }} disabled={isEmpty} onClick={clear}>
          {t("proof.clear")}
        </button>
      </div>
      <canvas ref={canvas} className="pad" role="img" aria-label={t("proof.signHere")} />
    </div>
  );
}
