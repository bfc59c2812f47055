// A phone number that can be called with a click, where this machine has something to call with.
import { Anchor } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";

interface CallLinkProps {
  phone: string;
  /** Names the link for screen readers. */
  label: string;
}

export function CallLink({ phone, label }: CallLinkProps) {
  return (
    <Anchor href={`tel:${phone.replaceAll(/[^+\d*#,x]/gu, "")}`} aria-label={label} size="sm" style={{ overflowWrap: "anywhere" }}>
      <IconPhone size={14} aria-hidden /> {phone}
    </Anchor>
  );
}
