// Mantine's anchor and button as links of the router: where they lead is checked by the compiler.
import { Anchor, Button } from "@mantine/core";
import type { AnchorProps, ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type HtmlAnchor<Props> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props> & { ref?: Ref<HTMLAnchorElement> };

function PlainAnchor(props: AnchorProps & HtmlAnchor<AnchorProps>) {
  // Within a sentence, colour alone would not tell a link from the text around it.
  return <Anchor underline={props.inherit === true ? "always" : "hover"} {...props} />;
}

function PlainButton(props: ButtonProps & HtmlAnchor<ButtonProps>) {
  return <Button component="a" {...props} />;
}

export const LinkAnchor = createLink(PlainAnchor);
export const LinkButton = createLink(PlainButton);
