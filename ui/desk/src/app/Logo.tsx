// The mark and the depot's own name, leading back to today.
import { Link } from "@tanstack/react-router";
import { useSession } from "@kit/depot";
import { hint } from "@kit/hint";
import classes from "./Logo.module.css";

/** What the depot is called until somebody named it. */
const UNNAMED = "Depot";
const PRODUCT = "Eroad Depot";

export function Logo() {
  const name = useSession().data?.depotName ?? UNNAMED;
  const shown = name === UNNAMED ? PRODUCT : name;
  return (
    <Link to="/" className={classes["logo"] ?? ""} {...hint<HTMLAnchorElement>(() => shown)}>
      <img src="/icon.svg" width={28} height={28} alt="" />
      <span className={classes["name"]}>{shown}</span>
    </Link>
  );
}
