// A resource server in Go: tokens checked as JWT (RFC 9068) or by introspection (RFC 7662), DPoP (RFC 9449), scopes,
// step-up (RFC 9470) and the metadata of RFC 9728. Guard.Protect is middleware for net/http and for every router on it.
//
//	ISSUER=https://auth.example.org RESOURCE=https://notes.example.org/api go run .
//
// With CLIENT_ID and CLIENT_SECRET the guard asks the authorization server about each token.
package main

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	proofLifetime = 60 * time.Second
	skew          = 10 * time.Second
)

var (
	tokenAlgorithms = []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
	proofAlgorithms = []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.ES512, jose.EdDSA, jose.PS256, jose.RS256}
)

// Demand is what one kind of request needs. The zero value needs any good token.
type Demand struct {
	Scope  string
	ACR    string
	MaxAge time.Duration
}

// Claims of a token, or of its introspection.
type Claims struct {
	Active    bool     `json:"active"`
	TokenType string   `json:"token_type"`
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	ClientID  string   `json:"client_id"`
	Audience  audience `json:"aud"`
	Scope     string   `json:"scope"`
	Expiry    int64    `json:"exp"`
	ACR       string   `json:"acr"`
	AuthTime  int64    `json:"auth_time"`
	// What the token is bound to. Nil: nothing.
	Confirmation json.RawMessage `json:"cnf"`
}

// RFC 7519 §4.1.3: one text, or a list.
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// refused is a refusal with its challenge. An empty code: no token was sent.
type refused struct {
	status     int
	code       string
	parameters [][2]string
}

func (r *refused) Error() string { return r.code }

func invalidToken(why string) error {
	return &refused{http.StatusUnauthorized, "invalid_token", [][2]string{{"error_description", why}}}
}

// Guard checks the tokens for one resource.
type Guard struct {
	issuer, resource, origin string
	clientID, clientSecret   string
	introspection            string
	keys                     oidc.KeySet
	http                     *http.Client

	mutex  sync.Mutex
	proofs map[[32]byte]time.Time
}

// NewGuard reads the metadata of the issuer. A client and its secret make the guard ask about tokens.
func NewGuard(ctx context.Context, issuer, resource, clientID, clientSecret string) (*Guard, error) {
	address, err := url.Parse(resource)
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirect") },
	}
	ctx = oidc.ClientContext(ctx, client)
	// It checks that the metadata are those of the issuer.
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	var endpoints struct {
		Introspection string `json:"introspection_endpoint"`
		KeySet        string `json:"jwks_uri"`
	}
	if err := provider.Claims(&endpoints); err != nil {
		return nil, err
	}
	return &Guard{
		issuer: issuer, resource: resource, origin: address.Scheme + "://" + address.Host,
		clientID: clientID, clientSecret: clientSecret, introspection: endpoints.Introspection,
		// It remembers the keys, and fetches them again for a kid that it does not know.
		keys: oidc.NewRemoteKeySet(ctx, endpoints.KeySet), http: client,
		proofs: map[[32]byte]time.Time{},
	}, nil
}

// MetadataPath is where clients look for the document (RFC 9728 §3.1). `tessera resource show` prints both.
func (g *Guard) MetadataPath() string {
	path := strings.TrimPrefix(g.resource, g.origin)
	if path == "/" {
		path = ""
	}
	return "/.well-known/oauth-protected-resource" + path
}

// Metadata serves the document of RFC 9728.
func (g *Guard) Metadata(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"resource":                          g.resource,
		"authorization_servers":             []string{g.issuer},
		"bearer_methods_supported":          []string{"header"},
		"dpop_signing_alg_values_supported": proofAlgorithms,
	})
}

type contextKey struct{}

// ClaimsOf are those of a request that Protect let through.
func ClaimsOf(r *http.Request) *Claims {
	claims, _ := r.Context().Value(contextKey{}).(*Claims)
	return claims
}

// Protect lets requests through whose token is good enough.
func (g *Guard) Protect(demand Demand, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		claims, err := g.check(r, demand)
		var refusal *refused
		switch {
		case err == nil:
			next(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, claims)))
		case errors.As(err, &refusal):
			w.Header().Set("WWW-Authenticate", g.challenge(r, refusal))
			answer(w, refusal.status, map[string]string{"error": refusal.code})
		default:
			// A token that cannot be checked is not good.
			log.Print(err)
			w.Header().Set("Retry-After", "5")
			answer(w, http.StatusServiceUnavailable, map[string]string{"error": "temporarily_unavailable"})
		}
	}
}

func (g *Guard) check(r *http.Request, demand Demand) (*Claims, error) {
	headers := r.Header.Values("Authorization")
	scheme, token, _ := strings.Cut(strings.Join(headers, ","), " ")
	isDPoP := strings.EqualFold(scheme, "DPoP")
	if !isDPoP && !strings.EqualFold(scheme, "Bearer") {
		var parameters [][2]string
		if demand.Scope != "" {
			parameters = [][2]string{{"scope", demand.Scope}}
		}
		return nil, &refused{http.StatusUnauthorized, "", parameters}
	}
	token = strings.TrimSpace(token)
	if token == "" || strings.ContainsAny(token, " ,") {
		return nil, &refused{http.StatusBadRequest, "invalid_request", nil}
	}
	if len(token) > 16384 {
		return nil, invalidToken("The token is too long.")
	}
	read := g.verified
	if g.clientID != "" {
		read = g.introspected
	}
	claims, err := read(r.Context(), token)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(claims.Audience, g.resource) {
		return nil, invalidToken("The token is for another resource.")
	}
	if claims.Expiry <= time.Now().Unix() {
		return nil, invalidToken("The token has expired.")
	}
	if err := g.requirePossession(r, isDPoP, token, claims.Confirmation); err != nil {
		return nil, err
	}
	granted := strings.Fields(claims.Scope)
	for _, name := range strings.Fields(demand.Scope) {
		if !slices.Contains(granted, name) {
			return nil, &refused{http.StatusForbidden, "insufficient_scope", [][2]string{{"scope", demand.Scope}}}
		}
	}
	// RFC 9470 §3.
	weak := demand.ACR != "" && !slices.Contains(strings.Fields(demand.ACR), claims.ACR)
	old := demand.MaxAge > 0 && time.Since(time.Unix(claims.AuthTime, 0)) > demand.MaxAge
	if weak || old {
		var parameters [][2]string
		if demand.ACR != "" {
			parameters = append(parameters, [2]string{"acr_values", demand.ACR})
		}
		if demand.MaxAge > 0 {
			parameters = append(parameters, [2]string{"max_age", strconv.Itoa(int(demand.MaxAge.Seconds()))})
		}
		return nil, &refused{http.StatusUnauthorized, "insufficient_user_authentication", parameters}
	}
	return claims, nil
}

// RFC 9068 §4.
func (g *Guard) verified(ctx context.Context, token string) (*Claims, error) {
	parsed, err := jose.ParseSignedCompact(token, tokenAlgorithms)
	if err != nil {
		return nil, invalidToken("The token is no JWT, or has an algorithm that is not allowed.")
	}
	// RFC 8725 §3.11: an ID token of the same server is no access token.
	kind, _ := parsed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string)
	if kind = strings.ToLower(kind); kind != "at+jwt" && kind != "application/at+jwt" {
		return nil, invalidToken("This is no access token.")
	}
	payload, err := g.keys.VerifySignature(ctx, token)
	if err != nil {
		return nil, invalidToken("The signature of the token is wrong.")
	}
	claims := &Claims{}
	if json.Unmarshal(payload, claims) != nil || claims.Issuer != g.issuer {
		return nil, invalidToken("The token is of another issuer.")
	}
	return claims, nil
}

// RFC 7662.
func (g *Guard) introspected(ctx context.Context, token string) (*Claims, error) {
	body := strings.NewReader(url.Values{"token": {token}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.introspection, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(g.clientID), url.QueryEscape(g.clientSecret))
	response, err := g.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("introspection answered %s", response.Status)
	}
	claims := &Claims{}
	if err := json.NewDecoder(response.Body).Decode(claims); err != nil {
		return nil, err
	}
	// A refresh token has no token_type.
	if !claims.Active || claims.TokenType == "" {
		return nil, invalidToken("The token is not active.")
	}
	return claims, nil
}

// RFC 9449 §7.1: a bound token never counts without a proof of its key.
func (g *Guard) requirePossession(r *http.Request, isDPoP bool, token string, confirmation json.RawMessage) error {
	if confirmation == nil {
		if isDPoP {
			return invalidToken("The token is not bound to a key.")
		}
		return nil
	}
	// What the guard cannot check, such as a certificate, is no possession.
	var bound map[string]any
	isRead := json.Unmarshal(confirmation, &bound) == nil
	thumbprint, ok := bound["jkt"].(string)
	if !isDPoP || !isRead || !ok || len(bound) != 1 {
		return invalidToken("The token is bound to a key: send a proof.")
	}
	if why := g.proofFault(r, token, thumbprint); why != "" {
		return &refused{http.StatusUnauthorized, "invalid_dpop_proof", [][2]string{{"error_description", why}}}
	}
	return nil
}

// RFC 9449 §4.3. Empty: the proof is good, and used up now.
func (g *Guard) proofFault(r *http.Request, token, thumbprint string) string {
	headers := r.Header.Values("DPoP")
	if len(headers) != 1 {
		return "Send one proof."
	}
	parsed, err := jose.ParseSignedCompact(headers[0], proofAlgorithms)
	if err != nil {
		return "The proof is no JWT, or has an algorithm that is not allowed."
	}
	header := parsed.Signatures[0].Protected
	key := header.JSONWebKey
	if header.ExtraHeaders[jose.HeaderType] != "dpop+jwt" || key == nil || !key.IsPublic() || !key.Valid() {
		return "typ or jwk of the proof is not allowed."
	}
	own, err := key.Thumbprint(crypto.SHA256)
	if err != nil || base64.RawURLEncoding.EncodeToString(own) != thumbprint {
		return "The token is bound to another key."
	}
	payload, err := parsed.Verify(key)
	if err != nil {
		return "The signature of the proof is wrong."
	}
	var claims struct {
		Method  string  `json:"htm"`
		Address string  `json:"htu"`
		Token   string  `json:"ath"`
		ID      string  `json:"jti"`
		At      float64 `json:"iat"`
	}
	if json.Unmarshal(payload, &claims) != nil || claims.ID == "" || len(claims.ID) > 256 {
		return "A claim of the proof is missing."
	}
	where, err := url.Parse(claims.Address)
	// The address is the configured one: the header Host is the client's word.
	if err != nil || claims.Method != r.Method || where.Scheme+"://"+where.Host+where.EscapedPath() != g.origin+r.URL.EscapedPath() {
		return "htm or htu is not that of the request."
	}
	digest := sha256.Sum256([]byte(token))
	if claims.Token != base64.RawURLEncoding.EncodeToString(digest[:]) {
		return "ath is not the digest of the token."
	}
	if age := time.Since(time.Unix(int64(claims.At), 0)); age > proofLifetime || age < -skew {
		return "iat is too old, or in the future."
	}
	if !g.useOnce(sha256.Sum256([]byte(thumbprint + " " + claims.ID))) {
		return "The proof was used before."
	}
	return ""
}

// Several processes need a common place for this, such as Redis (SET NX EX).
func (g *Guard) useOnce(proof [32]byte) bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	now := time.Now()
	if len(g.proofs) >= 10_000 {
		for known, until := range g.proofs {
			if until.Before(now) {
				delete(g.proofs, known)
			}
		}
	}
	if until, found := g.proofs[proof]; (found && until.After(now)) || len(g.proofs) >= 100_000 {
		return false
	}
	g.proofs[proof] = now.Add(proofLifetime + skew + time.Second)
	return true
}

// RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1. The challenge of the scheme that the client used says what was wrong.
func (g *Guard) challenge(r *http.Request, refusal *refused) string {
	wrong := refusal.parameters
	if refusal.code != "" {
		wrong = append([][2]string{{"error", refusal.code}}, wrong...)
	}
	address := [2]string{"resource_metadata", g.origin + g.MetadataPath()}
	ofBearer, ofDPoP := [][2]string{address}, [][2]string{address}
	if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "DPoP") {
		ofDPoP = append(wrong, address)
	} else {
		ofBearer = append(wrong, address)
	}
	names := make([]string, len(proofAlgorithms))
	for i, name := range proofAlgorithms {
		names[i] = string(name)
	}
	ofDPoP = append(ofDPoP, [2]string{"algs", strings.Join(names, " ")})
	return written("Bearer", ofBearer) + ", " + written("DPoP", ofDPoP)
}

func written(scheme string, parameters [][2]string) string {
	parts := make([]string, len(parameters))
	for i, parameter := range parameters {
		parts[i] = parameter[0] + `="` + parameter[1] + `"`
	}
	return scheme + " " + strings.Join(parts, ", ")
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func main() {
	guard, err := NewGuard(
		context.Background(), os.Getenv("ISSUER"), os.Getenv("RESOURCE"), os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"),
	)
	if err != nil {
		log.Fatal(err)
	}
	notes := func(w http.ResponseWriter, r *http.Request) {
		claims := ClaimsOf(r)
		answer(w, http.StatusOK, map[string]any{"subject": claims.Subject, "scope": strings.Fields(claims.Scope)})
	}
	http.HandleFunc("GET "+guard.MetadataPath(), guard.Metadata)
	http.HandleFunc("GET /api/notes", guard.Protect(Demand{Scope: "notes.read"}, notes))
	danger := Demand{Scope: "notes.read", ACR: "2", MaxAge: 5 * time.Minute}
	http.HandleFunc("GET /api/danger", guard.Protect(danger, notes))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
