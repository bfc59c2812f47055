// The mark and the name, leading back to today.
import { Link } from "@tanstack/react-router";
import classes from "./Logo.module.css";

export function Logo() {
  return (
    <Link to="/" className={classes["logo"] ?? ""}>
      <img src="/icon.svg" width={28} height={28} alt="" />
      <span>
        Eroad <span className={classes["light"]}>Depot</span>
      </span>
    </Link>
  );
}
