// A place to sign with a finger.
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import Pad from "signature_pad";
import { INK, PAD, scaled } from "./strokes";
import type { Strokes } from "./strokes";

interface SignaturePadProps {
  /** What the pad shows first. */
  initial: Strokes;
  /** Called with all strokes after each of them, in the units of the pad. */
  onChange: (strokes: Strokes) => void;
}

export function SignaturePad({ initial, onChange }: SignaturePadProps) {
  const { t } = useTranslation("driver");
  const canvas = useRef<HTMLCanvasElement>(null);
  const strokes = useRef(initial);
  const pad = useRef<Pad>(undefined);
  const [isEmpty, setIsEmpty] = useState(initial.length === 0);
  const keep = (drawn: Strokes) => {
    strokes.current = drawn;
    setIsEmpty(drawn.length === 0);
    onChange(drawn);
  };
  const onDrawn = useEffectEvent(keep);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const drawn = new Pad(element, { penColor: INK, minWidth: 1, maxWidth: 3 });
    pad.current = drawn;
    let width_px = 0;
    let isDrawing = false;
    const onEnd = () => {
      isDrawing = false;
      onDrawn(scaled(drawn.toData(), PAD.width / width_px));
    };
    const fit = () => {
      if (element.offsetWidth === 0 || element.offsetWidth === width_px) return;
      if (isDrawing) {
        // A finger on the pad while the phone is turned: the stroke ends here, or the pad would wait for its end for ever.
        drawn.off();
        drawn.on();
        onEnd();
      }
      width_px = element.offsetWidth;
      const scale = window.devicePixelRatio || 1;
      element.width = element.offsetWidth * scale;
      element.height = element.offsetHeight * scale;
      element.getContext("2d")?.scale(scale, scale);
      // Setting a size wipes the canvas.
      drawn.fromData(scaled(strokes.current, width_px / PAD.width));
    };
    drawn.addEventListener("beginStroke", () => (isDrawing = true));
    drawn.addEventListener("endStroke", onEnd);
    const sizes = new ResizeObserver(fit);
    sizes.observe(element);
    fit();
    return () => {
      sizes.disconnect();
      drawn.off();
    };
  }, []);
  const clear = () => {
    pad.current?.clear();
    keep([]);
  };
  return (
    <div>
      <div className="between">
        <span className="strong">{t("proof.signature")}</span>
        <button type="button" className="tap" style={{ padding: "0 12px" }} disabled={isEmpty} onClick={clear}>
          {t("proof.clear")}
        </button>
      </div>
      <canvas
        ref={canvas}
        className="pad"
        style={{ aspectRatio: `${PAD.width} / ${PAD.height}` }}
        role="img"
        aria-label={t("proof.signHere")}
      />
    </div>
  );
}
