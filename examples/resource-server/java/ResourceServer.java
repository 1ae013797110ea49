import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenIntrospectionResponse;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.dpop.JWKThumbprintConfirmation;
import com.nimbusds.oauth2.sdk.dpop.verifiers.AccessTokenValidationException;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPIssuer;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPProtectedResourceRequestVerifier;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DefaultDPoPSingleUseChecker;
import com.nimbusds.oauth2.sdk.dpop.verifiers.InvalidDPoPProofException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import net.minidev.json.JSONObject;

/**
 * A resource server in Java with the Nimbus SDK: tokens checked as JWT (RFC 9068) or by introspection (RFC 7662), DPoP (RFC 9449), scopes,
 * step-up (RFC 9470) and the metadata of RFC 9728.
 *
 * <p>ISSUER, RESOURCE and PORT come from the environment. With CLIENT_ID and CLIENT_SECRET the guard asks the authorization server
 * about each token.
 */
public class ResourceServer {
  static final Set<JWSAlgorithm> TOKEN_ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256, JWSAlgorithm.RS384, JWSAlgorithm.RS512, JWSAlgorithm.PS256,
          JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512);
  static final Set<JWSAlgorithm> PROOF_ALGORITHMS =
      Set.of(
          JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512, JWSAlgorithm.PS256, JWSAlgorithm.RS256);

  /** What one kind of request needs; null: nothing of the kind. */
  record Demand(String scope, String acr, Duration maxAge) {}

  /** A refusal; without an error, no token was sent. */
  static class Refused extends Exception {
    final int status;
    final String error;
    final Map<String, String> parameters;

    Refused(int status, String error, Map<String, String> parameters) {
      super(error);
      this.status = status;
      this.error = error;
      this.parameters = parameters;
    }
  }

  static Refused invalidToken(String why) {
    return new Refused(401, "invalid_token", Map.of("error_description", why));
  }

  static class Guard {
    final String issuer;
    final String resource;
    final URI address;
    final AuthorizationServerMetadata server;
    final ClientSecretBasic client;
    final DefaultJWTProcessor<SecurityContext> tokens = new DefaultJWTProcessor<>();
    // Several processes need a common place: implement SingleUseChecker with Redis, for example.
    final DPoPProtectedResourceRequestVerifier proofs =
        new DPoPProtectedResourceRequestVerifier(PROOF_ALGORITHMS, 60, new DefaultDPoPSingleUseChecker(130, 600));

    Guard(String issuer, String resource, ClientSecretBasic client) throws Exception {
      this.issuer = issuer;
      this.resource = resource;
      this.address = URI.create(resource);
      this.client = client;
      // It checks that the metadata are those of the issuer.
      this.server = AuthorizationServerMetadata.resolve(new Issuer(issuer), 5000, 5000);
      // RFC 8725 3.11: an ID token of the same server is no access token.
      tokens.setJWSTypeVerifier(
          new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt")));
      // It remembers the keys, and fetches them again for a kid that it does not know, every 30 seconds at most.
      tokens.setJWSKeySelector(
          new JWSVerificationKeySelector<>(
              TOKEN_ALGORITHMS, JWKSourceBuilder.<SecurityContext>create(server.getJWKSetURI().toURL()).build()));
      tokens.setJWTClaimsSetVerifier(
          new DefaultJWTClaimsVerifier<>(
              resource,
              new JWTClaimsSet.Builder().issuer(issuer).build(),
              Set.of("sub", "client_id", "exp", "iat", "jti")));
    }

    /** RFC 9728 section 3.1. `tessera resource show` prints this address and the document. */
    String metadataPath() {
      String path = address.getRawPath();
      return "/.well-known/oauth-protected-resource" + (path.equals("/") ? "" : path);
    }

    String origin() {
      return address.getScheme() + "://" + address.getRawAuthority();
    }

    Map<String, Object> metadata() {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("resource", resource);
      document.put("authorization_servers", List.of(issuer));
      document.put("bearer_methods_supported", List.of("header"));
      document.put("dpop_signing_alg_values_supported", PROOF_ALGORITHMS.stream().map(JWSAlgorithm::getName).toList());
      return document;
    }

    Map<String, Object> check(HttpExchange request, Demand demand) throws Exception {
      List<String> headers = request.getRequestHeaders().getOrDefault("Authorization", List.of());
      String[] parts = String.join(",", headers).split(" ", 2);
      boolean isDpop = parts[0].equalsIgnoreCase("DPoP");
      if (!isDpop && !parts[0].equalsIgnoreCase("Bearer"))
        throw new Refused(401, null, demand.scope() == null ? Map.of() : Map.of("scope", demand.scope()));
      String token = parts.length < 2 ? "" : parts[1].trim();
      if (token.isEmpty() || token.contains(" ") || token.contains(",")) throw new Refused(400, "invalid_request", Map.of());
      if (token.length() > 16384) throw invalidToken("The token is too long.");

      Map<String, Object> claims = client == null ? verified(token) : introspected(token);
      requirePossession(request, isDpop, token, claims);
      List<String> granted = List.of(String.valueOf(claims.getOrDefault("scope", "")).split(" "));
      if (demand.scope() != null && !granted.containsAll(List.of(demand.scope().split(" "))))
        throw new Refused(403, "insufficient_scope", Map.of("scope", demand.scope()));
      requireSignIn(claims, demand);
      return claims;
    }

    /** RFC 9068 section 4: signature, type, issuer, audience and time. */
    Map<String, Object> verified(String token) throws Exception {
      try {
        Map<String, Object> claims = new LinkedHashMap<>(tokens.process(token, null).getClaims());
        claims.computeIfPresent("auth_time", (name, at) -> at instanceof Date date ? date.getTime() / 1000 : at);
        return claims;
      } catch (java.text.ParseException | BadJOSEException e) {
        throw invalidToken("The token is no good access token.");
      }
    }

    /** RFC 7662. */
    Map<String, Object> introspected(String token) throws Exception {
      HTTPRequest request =
          new TokenIntrospectionRequest(server.getIntrospectionEndpointURI(), client, new BearerAccessToken(token)).toHTTPRequest();
      request.setFollowRedirects(false);
      request.setConnectTimeout(5000);
      request.setReadTimeout(5000);
      TokenIntrospectionResponse response = TokenIntrospectionResponse.parse(request.send());
      if (!response.indicatesSuccess()) throw new IOException("Introspection was refused.");
      var answer = response.toSuccessResponse();
      // A refresh token has no token_type.
      if (!answer.isActive() || answer.getTokenType() == null) throw invalidToken("The token is not active.");
      if (answer.getAudience() == null || answer.getAudience().stream().noneMatch(each -> each.getValue().equals(resource)))
        throw invalidToken("The token is for another resource.");
      if (answer.getExpirationTime() == null || answer.getExpirationTime().toInstant().isBefore(Instant.now()))
        throw invalidToken("The token has expired.");
      return answer.getParameters();
    }

    /** RFC 9449 section 7.1: a bound token never counts without a proof of its key. */
    void requirePossession(HttpExchange request, boolean isDpop, String token, Map<String, Object> claims) throws Exception {
      if (!claims.containsKey("cnf")) {
        if (isDpop) throw invalidToken("The token is not bound to a key.");
        return;
      }
      // What the guard cannot check, such as a certificate, is no possession.
      if (!isDpop || !(claims.get("cnf") instanceof Map<?, ?> bound) || bound.size() != 1 || !(bound.get("jkt") instanceof String thumbprint))
        throw invalidToken("The token is bound to a key: send a proof.");
      List<String> headers = request.getRequestHeaders().getOrDefault("DPoP", List.of());
      try {
        if (headers.size() != 1) throw new InvalidDPoPProofException("one proof");
        proofs.verify(
            request.getRequestMethod(),
            // The address is the configured one: the header Host is the client's word.
            URI.create(origin() + request.getRequestURI().getRawPath()),
            new DPoPIssuer(new ClientID(String.valueOf(claims.get("client_id")))),
            SignedJWT.parse(headers.get(0)),
            new DPoPAccessToken(token),
            new JWKThumbprintConfirmation(new com.nimbusds.jose.util.Base64URL(thumbprint)));
      } catch (InvalidDPoPProofException | AccessTokenValidationException | java.text.ParseException e) {
        throw new Refused(401, "invalid_dpop_proof", Map.of());
      }
    }

    /** RFC 9470 section 3. */
    void requireSignIn(Map<String, Object> claims, Demand demand) throws Refused {
      boolean weak = demand.acr() != null && !List.of(demand.acr().split(" ")).contains(claims.get("acr"));
      long at = claims.get("auth_time") instanceof Number time ? time.longValue() : 0;
      boolean old = demand.maxAge() != null && Instant.now().getEpochSecond() - at > demand.maxAge().toSeconds();
      if (!weak && !old) return;
      Map<String, String> parameters = new LinkedHashMap<>();
      if (demand.acr() != null) parameters.put("acr_values", demand.acr());
      if (demand.maxAge() != null) parameters.put("max_age", String.valueOf(demand.maxAge().toSeconds()));
      throw new Refused(401, "insufficient_user_authentication", parameters);
    }

    /** RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1. */
    String challenge(HttpExchange request, Refused refused) {
      Map<String, String> wrong = new LinkedHashMap<>();
      if (refused.error != null) wrong.put("error", refused.error);
      wrong.putAll(refused.parameters);
      String sent = request.getRequestHeaders().getFirst("Authorization");
      boolean usedDpop = sent != null && sent.toLowerCase().startsWith("dpop ");
      String algorithms = PROOF_ALGORITHMS.stream().map(JWSAlgorithm::getName).collect(Collectors.joining(" "));
      return written("Bearer", usedDpop ? Map.of() : wrong, Map.of())
          + ", "
          + written("DPoP", usedDpop ? wrong : Map.of(), Map.of("algs", algorithms));
    }

    String written(String scheme, Map<String, String> wrong, Map<String, String> more) {
      Map<String, String> parameters = new LinkedHashMap<>(wrong);
      parameters.put("resource_metadata", origin() + metadataPath());
      parameters.putAll(more);
      return scheme + " " + parameters.entrySet().stream().map(e -> e.getKey() + "=\"" + e.getValue() + "\"").collect(Collectors.joining(", "));
    }
  }

  static void answer(HttpExchange exchange, int status, Map<String, ?> body) throws IOException {
    byte[] text = JSONObject.toJSONString(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, text.length);
    exchange.getResponseBody().write(text);
    exchange.close();
  }

  static void protect(HttpServer server, Guard guard, String path, Demand demand) {
    server.createContext(
        path,
        exchange -> {
          try {
            Map<String, Object> claims = guard.check(exchange, demand);
            List<String> scope = Arrays.asList(String.valueOf(claims.getOrDefault("scope", "")).split(" "));
            answer(exchange, 200, Map.of("subject", claims.get("sub"), "scope", scope));
          } catch (Refused refused) {
            exchange.getResponseHeaders().set("WWW-Authenticate", guard.challenge(exchange, refused));
            answer(exchange, refused.status, refused.error == null ? Map.of() : Map.of("error", refused.error));
          } catch (Exception e) {
            // A token that cannot be checked is not good.
            exchange.getResponseHeaders().set("Retry-After", "5");
            answer(exchange, 503, Map.of("error", "temporarily_unavailable"));
          }
        });
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, String> environment = System.getenv();
    ClientSecretBasic client =
        environment.containsKey("CLIENT_ID")
            ? new ClientSecretBasic(new ClientID(environment.get("CLIENT_ID")), new Secret(environment.get("CLIENT_SECRET")))
            : null;
    Guard guard = new Guard(environment.get("ISSUER"), environment.get("RESOURCE"), client);
    int port = Integer.parseInt(environment.getOrDefault("PORT", "9000"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext(guard.metadataPath(), exchange -> answer(exchange, 200, guard.metadata()));
    protect(server, guard, "/api/notes", new Demand("notes.read", null, null));
    protect(server, guard, "/api/danger", new Demand("notes.read", "2", Duration.ofMinutes(5)));
    server.start();
  }
}
