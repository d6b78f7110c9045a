{{/* The profile that is named, as profiles.yaml has it. */}}
{{- define "load-tests.profile" -}}
{{- $profiles := .Files.Get "files/profiles.yaml" | fromYaml }}
{{- if not (hasKey $profiles .Values.load.profile) }}
{{- fail (printf "load.profile: there is no profile %s; there is %s" .Values.load.profile (keys $profiles | sortAlpha | join ", ")) }}
{{- end }}
{{- get $profiles .Values.load.profile | toYaml }}
{{- end }}
