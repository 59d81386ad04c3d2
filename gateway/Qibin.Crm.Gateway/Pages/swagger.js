"use strict";

(() => {
  const page = document.getElementById("swagger-ui");
  const clientId = page.dataset.client;

  // What a POST or PATCH shows as its Idempotency-Key stands for a new one; what somebody has typed is sent as it is.
  const standsForNew = "new";
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (octet) => octet.toString(16).padStart(2, "0")).join("");

  // Swagger's Logout forgets the token in the page alone. Revoking it ends the sign-in on the server, the browser's cookie included.
  const revoke = (token) =>
    fetch("/connect/revocation", { method: "POST", keepalive: true, body: new URLSearchParams({ client_id: clientId, token }) });

  const RealSignOut = () => ({
    statePlugins: {
      auth: {
        wrapActions: {
          logout: (original, system) => (schemes) => {
            for (const scheme of schemes) {
              const token = system.authSelectors.authorized()?.getIn([scheme, "token", "access_token"]);
              if (token) {
                revoke(token);
              }
            }
            return original(schemes);
          },
        },
      },
    },
  });

  window.ui = SwaggerUIBundle({
    urls: JSON.parse(page.dataset.documents),
    dom_id: "#swagger-ui",
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl, RealSignOut],
    layout: "StandaloneLayout",
    oauth2RedirectUrl: new URL("oauth2-redirect.html", location.href.replace(/[?#].*$/, "")).href,
    persistAuthorization: true,
    validatorUrl: null,
    deepLinking: true,
    displayOperationId: true,
    displayRequestDuration: true,
    filter: true,
    docExpansion: "list",
    requestInterceptor: (request) => {
      if (request.headers && request.headers["Idempotency-Key"] === standsForNew) {
        request.headers["Idempotency-Key"] = newKey();
      }
      return request;
    },
  });
  window.ui.initOAuth({ clientId, scopes: "crm", usePkceWithAuthorizationCodeGrant: true });
})();
