{{/*
The reference of an image: (list . IMAGE "owner/name"). Empty values of IMAGE come from `global.image`, or else from the
last argument and the chart's appVersion. A digest replaces the tag.
*/}}
{{- define "celsiusify.image" -}}
{{- $root := index . 0 }}
{{- $image := index . 1 }}
{{- $default := splitList "/" (index . 2) }}
{{- $global := (($root.Values.global).image) | default dict }}
{{- if and $image.repository (or $image.owner $image.name) }}
{{- fail (printf "%s: image.repository (%s) is an image's whole name: leave image.owner and image.name empty" $root.Key $image.repository) }}
{{- end }}
{{- $owner := coalesce $image.owner $global.owner (first $default) }}
{{- $path := $image.repository | default (printf "%s/%s" $owner ($image.name | default (last $default))) }}
{{- $tag := coalesce $image.tag $global.tag $root.Chart.AppVersion }}
{{- if and (eq $tag "latest") (not $image.digest) }}
{{- fail (printf "the tag of %s must not be latest, which can change: set a version or a digest" $path) }}
{{- end }}
{{- $registry := coalesce $image.registry $global.registry }}
{{- $name := ternary (printf "%s/%s" $registry $path) $path (not (empty $registry)) }}
{{- /* As a container runtime reads it: https://github.com/distribution/reference. */}}
{{- $part := "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*" }}
{{- if not (regexMatch (printf "^([a-zA-Z0-9.-]+(:[0-9]+)?/)?%s(/%s)*$" $part $part) $name) }}
{{- fail (printf "%s isn't the name of an image: expected [registry[:port]/]owner/name in lower case, without tag" $name) }}
{{- end }}
{{- $name }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $tag }}{{ end }}
{{- end }}

{{- define "celsiusify.imagePullSecrets" -}}
{{- with concat (.Values.imagePullSecrets | default list) ((.Values.global).imagePullSecrets | default list) | uniq -}}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
