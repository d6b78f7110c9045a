{{/*
An image's reference: (list . IMAGE "owner/name"). What IMAGE leaves empty comes from `global.image`, and then from the
image that is given last, the chart's own version, and no registry. A digest stands in place of a tag.
*/}}
{{- define "celsiusify.image" -}}
{{- $root := index . 0 }}
{{- $image := index . 1 }}
{{- $default := splitList "/" (index . 2) }}
{{- $global := (($root.Values.global).image) | default dict }}
{{- if and $image.repository (or $image.owner $image.name) }}
{{- fail (printf "image.repository (%s) is an image's whole name: leave image.owner and image.name empty beside it" $image.repository) }}
{{- end }}
{{- $owner := coalesce $image.owner $global.owner (first $default) }}
{{- $path := $image.repository | default (printf "%s/%s" $owner ($image.name | default (last $default))) }}
{{- $tag := coalesce $image.tag $global.tag $root.Chart.AppVersion }}
{{- if and (eq $tag "latest") (not $image.digest) }}
{{- fail (printf "the tag of %s must not be latest, which can be another image tomorrow: name a version or a digest" $path) }}
{{- end }}
{{- $registry := coalesce $image.registry $global.registry }}
{{- $name := ternary (printf "%s/%s" $registry $path) $path (not (empty $registry)) }}
{{- /* As a container runtime reads it: https://github.com/distribution/reference. */}}
{{- $part := "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*" }}
{{- if not (regexMatch (printf "^([a-zA-Z0-9.-]+(:[0-9]+)?/)?%s(/%s)*$" $part $part) $name) }}
{{- fail (printf "%s is no name of an image: it is [registry[:port]/]owner/name in small letters, and image.tag or image.digest says which" $name) }}
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
