// The app's version, which the desk shows beside each phone.
import packageJson from "../../package.json";

export const VERSION: string = packageJson.version;
